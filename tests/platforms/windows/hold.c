/* Has a file open for so many milliseconds, as a scanner that reads it: others may read it too, and not replace it. */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

int main(int count, char **words)
{
    if (count != 3)
        return 2;
    HANDLE file = CreateFileA(words[1], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        fprintf(stderr, "%s cannot be opened: error %lu\n", words[1], GetLastError());
        return 1;
    }
    printf("open\n");
    fflush(stdout);
    Sleep((DWORD)atol(words[2]));
    return 0;
}
