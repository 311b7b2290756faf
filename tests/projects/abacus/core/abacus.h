// Adds numbers.
#ifndef ABACUS_H
#define ABACUS_H

#ifdef __cplusplus
extern "C" {
#endif

#ifdef _WIN32
#define ABACUS_API __declspec(dllexport)
#else
#define ABACUS_API __attribute__((visibility("default")))
#endif

// The library's version.
ABACUS_API const char *abacus_version(void);

// The sum of two numbers in digits; -1 where one is none.
ABACUS_API long abacus_add(const char *a, const char *b);

#ifdef __cplusplus
}
#endif

#endif
