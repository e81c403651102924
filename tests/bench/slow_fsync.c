/* Adds SLOW_FSYNC_US microseconds to each fsync and fdatasync, as an ordinary disk takes. For LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void pause_as_told(void) {
    const char *told = getenv("SLOW_FSYNC_US");
    if (told) usleep((useconds_t)atoi(told));
}

int fsync(int fd) {
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    int result = next(fd);
    pause_as_told();
    return result;
}

int fdatasync(int fd) {
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    int result = next(fd);
    pause_as_told();
    return result;
}
