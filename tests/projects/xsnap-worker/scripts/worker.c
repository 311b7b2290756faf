// Says its version, as xsnap-worker does, on the platforms that xsnap-worker cannot be built for here.
#include <stdio.h>

int main(void)
{
    puts("xsnap 0.15.0 (XS 4.9.5)");
    return 0;
}
