// Calls the function of cuda-upstream.mlir on 300 numbers, in three blocks.

#include <stdint.h>
#include <stdio.h>

struct MemRef {
  float *allocated;
  float *aligned;
  int64_t offset;
  int64_t size;
  int64_t stride;
};

void _mlir_ciface_run(struct MemRef *x, struct MemRef *sums);

enum { count = 300 };

static float getInput(int i) { return i % 8 * 0.5f - 1.0f; }

static float clamp(float x) { return x < 0.0f ? 0.0f : x > 1.0f ? 1.0f : x; }

int main(void) {
  float x[count], sums[3];
  for (int i = 0; i < count; ++i)
    x[i] = getInput(i);
  struct MemRef xMemRef = {x, x, 0, count, 1};
  struct MemRef sumsMemRef = {sums, sums, 0, 3, 1};
  _mlir_ciface_run(&xMemRef, &sumsMemRef);

  int mismatches = 0;
  for (int i = 0; i < count; ++i)
    mismatches += x[i] != clamp(getInput(i));
  printf("sums %g %g %g\n%d mismatches\n", sums[0], sums[1], sums[2],
         mismatches);
  return 0;
}
