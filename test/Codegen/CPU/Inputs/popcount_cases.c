/* Calls what popcount_cases.py writes, and prints in which cases it differs. */

#include <stdint.h>
#include <stdio.h>

struct MemRef {
  int32_t *allocated, *aligned;
  int64_t offset, sizes[1], strides[1];
};

void _mlir_ciface_differences(struct MemRef *result);

int main(void) {
  struct MemRef result;
  _mlir_ciface_differences(&result);
  for (int64_t i = 0; i < result.sizes[0]; ++i)
    if (result.aligned[i])
      printf("case %d: %d outputs differ\n", (int)i, (int)result.aligned[i]);
  printf("%d cases\n", (int)result.sizes[0]);
  return 0;
}
