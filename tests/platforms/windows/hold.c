/* Keeps a file open until its standard input ends, as an editor does: others may read it too, and not replace it. */
#include <stdio.h>
#include <windows.h>

int main(int count, char **words)
{
    if (count != 2)
        return 2;
    HANDLE file = CreateFileA(words[1], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        fprintf(stderr, "%s cannot be opened: error %lu\n", words[1], GetLastError());
        return 1;
    }
    printf("open\n");
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    return 0;
}
