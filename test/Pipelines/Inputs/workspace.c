/* Calls three compilations of one network, with batches of several sizes:
   @allocating, @planned, which takes a workspace, and @keeping, whose thread has
   one. Prints how many bytes the workspace has, whether the results are equal,
   and how often each function allocated memory. */

#include "quant-bnn/ExecutionEngine/Workspace.h"

#include <pthread.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMREF(NAME, TYPE, RANK)                                               \
  struct NAME {                                                                \
    TYPE *allocated;                                                           \
    TYPE *aligned;                                                             \
    int64_t offset;                                                            \
    int64_t sizes[RANK];                                                       \
    int64_t strides[RANK];                                                     \
  }

MEMREF(Images, float, 4);
MEMREF(Filters, int64_t, 4);
MEMREF(Thresholds, int32_t, 1);
MEMREF(Scales, float, 1);
MEMREF(Workspace, char, 1);

void _mlir_ciface_allocating(struct Images *, struct Filters *,
                             struct Thresholds *, struct Scales *,
                             struct Images *results);
void _mlir_ciface_keeping(struct Images *, struct Filters *,
                          struct Thresholds *, struct Scales *,
                          struct Images *results);
void _mlir_ciface_planned(struct Images *, struct Filters *,
                          struct Thresholds *, struct Scales *,
                          struct Images *results, struct Workspace *);
int64_t planned_workspace_size(int64_t batch, int64_t results);

/* The linker sends the calls of the compiled code and of the library here. */
static int allocations, frees;
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size) {
  ++allocations;
  return __real_malloc(size);
}
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size) {
  ++allocations;
  return __real_aligned_alloc(alignment, size);
}
void __real_free(void *pointer);
void __wrap_free(void *pointer) {
  frees += pointer != NULL;
  __real_free(pointer);
}

enum { channels = 64, maxBatch = 3 };
static float x[maxBatch * 12 * 12 * channels];
static float expected[maxBatch * 10 * 10 * channels];
static float actual[maxBatch * 10 * 10 * channels];
static struct Filters filters;
static struct Thresholds thresholds;
static struct Scales scales;

static struct Images asImages(float *data, int64_t batch, int64_t size) {
  struct Images images = {data,
                          data,
                          0,
                          {batch, size, size, channels},
                          {size * size * channels, size * channels, channels,
                           1}};
  return images;
}

static void initialize(void) {
  static int64_t filterWords[channels * 3 * 3];
  static int32_t thresholdValues[channels];
  static float scaleValues[channels];
  uint64_t random = 1;
#define NEXT (random = random * 6364136223846793005u + 1442695040888963407u)
  for (size_t i = 0; i < sizeof(x) / sizeof(*x); ++i)
    x[i] = (float)(int32_t)(NEXT >> 32);
  for (size_t i = 0; i < channels * 3 * 3; ++i)
    filterWords[i] = (int64_t)NEXT;
  for (size_t i = 0; i < channels; ++i) {
    thresholdValues[i] = (int32_t)(NEXT >> 59) - 16;
    scaleValues[i] = 0.25f;
  }
  filters = (struct Filters){
      filterWords, filterWords, 0, {channels, 3, 3, 1}, {9, 3, 1, 1}};
  thresholds = (struct Thresholds){
      thresholdValues, thresholdValues, 0, {channels}, {1}};
  scales = (struct Scales){scaleValues, scaleValues, 0, {channels}, {1}};
}

/* Calls a function on a batch, with a workspace if it is @planned, and says
   whether its results are those of @allocating, and how often it allocated. */
static void call(const char *name, int64_t batch, int64_t size) {
  struct Images images = asImages(x, batch, 12);
  struct Images result = asImages(expected, batch, 10);
  _mlir_ciface_allocating(&images, &filters, &thresholds, &scales, &result);
  memset(actual, -1, sizeof(actual));
  result = asImages(actual, batch, 10);
  char *memory = aligned_alloc(64, size);
  memset(memory, -1, size);
  struct Workspace workspace = {memory, memory, 0, {size}, {1}};
  allocations = 0;
  if (strcmp(name, "planned") == 0)
    _mlir_ciface_planned(&images, &filters, &thresholds, &scales, &result,
                         &workspace);
  else if (strcmp(name, "keeping") == 0)
    _mlir_ciface_keeping(&images, &filters, &thresholds, &scales, &result);
  else
    _mlir_ciface_allocating(&images, &filters, &thresholds, &scales, &result);
  printf("%s, batch %d: %s, %d allocations\n", name, (int)batch,
         memcmp(expected, actual, batch * 10 * 10 * channels * sizeof(float))
             ? "different"
             : "equal",
         allocations);
  free(memory);
}

static void *runThread(void *unused) {
  call("keeping", maxBatch, 64);
  frees = 0;
  return unused;
}

int main(int argc, char **argv) {
  /* The message before an abort must not stay in a buffer. */
  setvbuf(stdout, NULL, _IONBF, 0);
  initialize();
  for (int64_t batch = 1; batch <= maxBatch; ++batch) {
    int64_t size = planned_workspace_size(batch, batch);
    printf("workspace of %d bytes\n", (int)size);
    call("allocating", batch, 64);
    call("planned", batch, size);
    call("keeping", batch, 64);
    call("keeping", batch, 64);
  }
  call("keeping", 1, 64);

  pthread_t thread;
  pthread_create(&thread, NULL, runThread, NULL);
  pthread_join(thread, NULL);
  printf("%d frees at the end of the thread\n", frees);
  call("keeping", maxBatch, 64);
  frees = 0;
  quant_bnn_free_workspace();
  quant_bnn_free_workspace();
  printf("%d frees\n", frees);

  /* A call while another has the workspace of the thread. */
  struct quant_bnn_workspace small, large;
  _mlir_ciface_quant_bnn_take_workspace(&small, 1);
  _mlir_ciface_quant_bnn_take_workspace(&large, 100);
  memset(small.aligned, -1, 1);
  memset(large.aligned, -1, 100);
  _mlir_ciface_quant_bnn_return_workspace(&large);
  _mlir_ciface_quant_bnn_return_workspace(&small);
  allocations = 0;
  _mlir_ciface_quant_bnn_take_workspace(&small, 100);
  printf("%d allocations, %s\n", allocations,
         small.aligned == large.aligned ? "the larger was kept" : "different");
  _mlir_ciface_quant_bnn_return_workspace(&small);

  if (argc == 2 && strcmp(argv[1], "huge") == 0)
    _mlir_ciface_quant_bnn_take_workspace(&large, INT64_MAX);
  /* A workspace that is too small, or not aligned, ends the program. */
  struct Images images = asImages(x, 1, 12), result = asImages(actual, 1, 10);
  int64_t size = planned_workspace_size(1, 1);
  char *memory = aligned_alloc(64, size + 64);
  int isSmall = argc == 2 && strcmp(argv[1], "small") == 0;
  struct Workspace wrong = {
      memory, memory + !isSmall, 0, {size - isSmall}, {1}};
  _mlir_ciface_planned(&images, &filters, &thresholds, &scales, &result,
                       &wrong);
  printf("not reached\n");
  return 0;
}
