/* Calls the functions of a library by its header. With an argument, a buffer for
   results has that many columns instead of 3. */

#include "library.h"

#include <stdio.h>
#include <stdlib.h>

static void *allocate(int64_t size) {
  /* A size of 0 may give null, which is aligned, too. */
  return aligned_alloc(64, (size_t)(size + 63) / 64 * 64);
}

static void print_floats(const char *name, const float *x, int count) {
  printf("%s:", name);
  for (int i = 0; i < count; ++i)
    printf(" %g", x[i]);
  printf("\n");
}

static void call_quantize(int64_t columns) {
  const float x[6] = {-2, 0.5f, 1, -0.25f, 0, 2};
  float q[6];
  void *workspace = allocate(net_quantize_workspace_size(2, 3, 2, columns));
  float scale = net_quantize(x, 2, 3, q, 2, columns, workspace);
  free(workspace);
  print_floats("quantize", q, 6);
  print_floats("scale", &scale, 1);
}

static void call_scalars(void) {
  double d;
  void *workspace = allocate(net_scalars_workspace_size(7));
  struct net_scalars_results r =
      net_scalars(1.5f, 2.5, 0x3FC0, true, -100, 65535, 7, &d, workspace);
  free(workspace);
  printf("scalars: %g %d %g %d %d %x\n", r.result0, r.result1, d,
         (int)r.result3, r.result4, (unsigned)r.result5);
}

static void call_positive(void) {
  const uint16_t x[3] = {0x3C00, 0xBC00, 0x0000}; /* 1, -1, 0 */
  bool above[3];
  void *workspace = allocate(net_positive_workspace_size());
  bool first = net_positive(x, 0.5f, above, workspace);
  free(workspace);
  printf("positive: %d %d %d, %d\n", above[0], above[1], above[2], first);
}

static void call_products(void) {
  const int32_t x[4] = {-1, 1, 0, 0}, w[6] = {-1, 1, 0, 0, 1, 0};
  int32_t y[6];
  /* Rows of 33 bits, in words of 32. */
  void *workspace = allocate(net_products_workspace_size(2, 33, 2, 33));
  net_products(x, 2, 33, w, 2, 33, y, workspace);
  free(workspace);
  printf("products: %d %d %d %d %d %d\n", y[0], y[1], y[2], y[3], y[4], y[5]);
}

static void call_increment(void) {
  int32_t x[3] = {1, 2, 3};
  void *workspace = allocate(net_increment_workspace_size(3));
  net_increment(x, 3, workspace);
  free(workspace);
  printf("increment: %d %d %d\n", x[0], x[1], x[2]);
}

int main(int argc, char **argv) {
  call_quantize(argc > 1 ? atoi(argv[1]) : 3);
  call_scalars();
  call_positive();
  call_products();
  call_increment();
  return 0;
}
