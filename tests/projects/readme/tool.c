#include <stdio.h>

int main(void)
{
    puts("tool " VERSION);
    return 0;
}
