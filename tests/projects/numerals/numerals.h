// The numerals that the abacus reads.
#ifndef NUMERALS_H
#define NUMERALS_H

static inline int numeral(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : -1;
}

#endif
