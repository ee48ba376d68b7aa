/* Calls @planned, which takes a workspace, and @allocating, the same network
   without one, with batches of several sizes. Prints how many bytes the
   workspace has, whether the results are equal, and how often each function
   allocated memory. */

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
void _mlir_ciface_planned(struct Images *, struct Filters *,
                          struct Thresholds *, struct Scales *,
                          struct Images *results, struct Workspace *);
int64_t planned_workspace_size(int64_t batch, int64_t results);

/* The linker sends the calls of the compiled code here. */
static int allocations;
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size) {
  ++allocations;
  return __real_malloc(size);
}

enum { channels = 64, maxBatch = 3 };
static float x[maxBatch * 12 * 12 * channels];
static float expected[maxBatch * 10 * 10 * channels];
static float actual[maxBatch * 10 * 10 * channels];

static struct Images asImages(float *data, int64_t batch, int64_t size) {
  struct Images images = {data,
                          data,
                          0,
                          {batch, size, size, channels},
                          {size * size * channels, size * channels, channels,
                           1}};
  return images;
}

int main(int argc, char **argv) {
  /* The message before an abort must not stay in a buffer. */
  setvbuf(stdout, NULL, _IONBF, 0);
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
  struct Filters filters = {
      filterWords, filterWords, 0, {channels, 3, 3, 1}, {9, 3, 1, 1}};
  struct Thresholds thresholds = {
      thresholdValues, thresholdValues, 0, {channels}, {1}};
  struct Scales scales = {scaleValues, scaleValues, 0, {channels}, {1}};

  for (int64_t batch = 1; batch <= maxBatch; ++batch) {
    struct Images images = asImages(x, batch, 12);
    struct Images result = asImages(expected, batch, 10);
    allocations = 0;
    _mlir_ciface_allocating(&images, &filters, &thresholds, &scales, &result);
    int before = allocations;

    int64_t size = planned_workspace_size(batch, batch);
    char *memory = aligned_alloc(64, size);
    struct Workspace workspace = {memory, memory, 0, {size}, {1}};
    memset(memory, -1, size);
    memset(actual, -1, sizeof(actual));
    struct Images other = asImages(actual, batch, 10);
    allocations = 0;
    _mlir_ciface_planned(&images, &filters, &thresholds, &scales, &other,
                         &workspace);
    printf("batch %d: %d bytes, %s, %d and %d allocations\n", (int)batch,
           (int)size,
           memcmp(expected, actual, batch * 10 * 10 * channels * sizeof(float))
               ? "different"
               : "equal",
           before, allocations);
    free(memory);
  }
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
