#include "abacus.h"

#include "numerals.h"

const char *abacus_version(void)
{
    return ABACUS_VERSION;
}

static long number(const char *digits)
{
    long value = 0;
    if (!*digits) {
        return -1;
    }
    for (; *digits; digits++) {
        if (numeral(*digits) < 0) {
            return -1;
        }
        value = value * 10 + numeral(*digits);
    }
    return value;
}

long abacus_add(const char *a, const char *b)
{
    long first = number(a), second = number(b);
    return first < 0 || second < 0 ? -1 : first + second;
}
