#include <stdio.h>
#include <string.h>

#include "abacus.h"

int main(int count, char **arguments)
{
    if (count == 2 && !strcmp(arguments[1], "--version")) {
        printf("abacus %s\n", abacus_version());
        return 0;
    }
    if (count == 4 && !strcmp(arguments[1], "add")) {
        long sum = abacus_add(arguments[2], arguments[3]);
        printf("%ld\n", sum);
        return sum < 0;
    }
    fputs("abacus --version | abacus add A B\n", stderr);
    return 2;
}
