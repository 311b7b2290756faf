/* The `bash.exe` of Windows itself, which starts the Linux subsystem: on a hosted runner there is none. It is found before any other. */
#include <stdio.h>

int main(void)
{
    fprintf(stderr, "Windows Subsystem for Linux has no installed distributions.\n");
    return 1;
}
