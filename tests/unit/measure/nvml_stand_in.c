/* A stand-in for libnvidia-ml.so.1 with two GPUs, for the real bindings to load. STAND_IN_ERROR makes a call fail. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { unsigned long long total, free, used; } memory_t;
static int devices[2] = {0, 1};

static int failing(const char *name) {
    const char *wish = getenv("STAND_IN_ERROR");
    return wish && strcmp(wish, name) == 0 ? 999 : 0;
}

int nvmlInitWithFlags(unsigned int flags) { return failing("init"); }
int nvmlInit_v2(void) { return failing("init"); }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int code) { return "planted"; }
int nvmlSystemGetDriverVersion(char *text, unsigned int length) {
    snprintf(text, length, "580.65.06");
    return failing("driver");
}
int nvmlDeviceGetCount_v2(unsigned int *count) { *count = 2; return failing("count"); }
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device) { *device = &devices[index]; return 0; }
int nvmlDeviceGetName(void *device, char *text, unsigned int length) {
    snprintf(text, length, "Stand-in GPU %d", *(int *)device);
    return 0;
}
int nvmlDeviceGetUUID(void *device, char *text, unsigned int length) {
    snprintf(text, length, "GPU-%d", *(int *)device);
    return 0;
}
int nvmlDeviceGetMemoryInfo(void *device, memory_t *memory) {
    memory->total = 80ULL << 30;
    memory->free = 79ULL << 30;
    memory->used = 1ULL << 30;
    return 0;
}
