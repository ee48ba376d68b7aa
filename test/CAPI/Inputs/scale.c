/* Calls the library of capi.test. */

#include "scale.h"

#include <stdio.h>
#include <stdlib.h>

int main(void) {
  const float x[2] = {-1, 1};
  float y[2];
  size_t size = (size_t)(scale_workspace_size(1, 1) + 63) / 64 * 64;
  void *workspace = aligned_alloc(64, size);
  scale(x, 1, 2, y, 1, workspace);
  free(workspace);
  printf("%g %g\n", y[0], y[1]);
  return 0;
}
