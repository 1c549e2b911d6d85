/* A stand-in for libnvidia-ml.so.1 with two GPUs, for the real bindings to load. STAND_IN_ERROR makes a call fail,
   STAND_IN_UNSUPPORTED makes all that ask after a GPU's state be refused, STAND_IN_KINDS=2 makes the GPUs differ. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { unsigned long long total, free, used; } memory_t;
typedef struct { unsigned int pid; unsigned long long memory; unsigned int instance, compute; } process_t;
static int devices[2] = {0, 1};
static unsigned long long millijoules = 1000000;

static int failing(const char *name) {
    const char *wish = getenv("STAND_IN_ERROR");
    return wish && strcmp(wish, name) == 0 ? 999 : 0;
}

static int state(const char *name) { return getenv("STAND_IN_UNSUPPORTED") ? 3 : failing(name); }

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
    snprintf(text, length, "Stand-in GPU %s", getenv("STAND_IN_KINDS") && *(int *)device ? "small" : "large");
    return failing("name");
}
int nvmlDeviceGetUUID(void *device, char *text, unsigned int length) {
    snprintf(text, length, "GPU-%d", *(int *)device);
    return 0;
}
int nvmlDeviceGetHandleByUUID(const char *uuid, void **device) {
    int index = strcmp(uuid, "GPU-0") == 0 ? 0 : strcmp(uuid, "GPU-1") == 0 ? 1 : -1;
    if (index >= 0) *device = &devices[index];
    return index >= 0 ? 0 : 6;
}
int nvmlDeviceGetMemoryInfo(void *device, memory_t *memory) {
    memory->total = 80ULL << 30;
    memory->used = (1ULL + *(int *)device) << 30;
    memory->free = memory->total - memory->used;
    return state("memory");
}
int nvmlDeviceGetPowerUsage(void *device, unsigned int *milliwatts) { *milliwatts = 123456; return state("power"); }
int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *total) {
    *total = millijoules += 500;
    return state("energy");
}
int nvmlDeviceGetClockInfo(void *device, int kind, unsigned int *mhz) {
    *mhz = kind == 1 ? 1980 : kind == 2 ? 2619 : 0;
    return state("clock");
}
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned int *degrees) { *degrees = 41; return state("temperature"); }
int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *bits) {
    const char *wish = getenv("STAND_IN_REASONS");
    *bits = wish ? strtoull(wish, NULL, 16) : 0;
    return state("throttle");
}
int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned int *count, process_t *found) {
    if (state("processes")) return state("processes");
    if (found == NULL) { *count = 2; return 7; }
    found[0] = (process_t){.pid = 11, .memory = 512ULL << 20};
    found[1] = (process_t){.pid = 12, .memory = ~0ULL};
    *count = 2;
    return 0;
}
