/* Calls @quantize by the prototypes of docs/Architecture.md, and prints what it
   returns. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct MemRef2D {
  float *allocated;
  float *aligned;
  int64_t offset;
  int64_t sizes[2];
  int64_t strides[2];
};

#ifdef WORKSPACE
struct Bytes {
  char *allocated, *aligned;
  int64_t offset, sizes[1], strides[1];
};
int64_t quantize_workspace_size(int64_t x0, int64_t x1, int64_t q0, int64_t q1);
float _mlir_ciface_quantize(struct MemRef2D *x, struct MemRef2D *q,
                            struct Bytes *workspace);
#elif defined(OUT_PARAMS)
float _mlir_ciface_quantize(struct MemRef2D *x, struct MemRef2D *q);
#else
struct Results {
  struct MemRef2D q;
  float s;
};
void _mlir_ciface_quantize(struct Results *results, struct MemRef2D *x);
#endif

static void print(const struct MemRef2D *m) {
  printf("%dx%d:", (int)m->sizes[0], (int)m->sizes[1]);
  for (int64_t i = 0; i < m->sizes[0]; ++i)
    for (int64_t j = 0; j < m->sizes[1]; ++j)
      printf(" %g",
             m->aligned[m->offset + i * m->strides[0] + j * m->strides[1]]);
  printf("\n");
}

int main(void) {
  float data[6] = {-2, 0.5, 1, -0.25, 0, 2};
  struct MemRef2D x = {data, data, 0, {2, 3}, {3, 1}};
#ifdef OUT_PARAMS
  float results[6];
  struct MemRef2D q = {results, results, 0, {2, 3}, {3, 1}};
#ifdef WORKSPACE
  int64_t size = quantize_workspace_size(2, 3, 2, 3);
  char *memory = aligned_alloc(64, size);
  struct Bytes workspace = {memory, memory, 0, {size}, {1}};
  float s = _mlir_ciface_quantize(&x, &q, &workspace);
  free(memory);
#else
  float s = _mlir_ciface_quantize(&x, &q);
#endif
  print(&q);
  printf("scale %g\n", s);
#else
  struct Results results;
  _mlir_ciface_quantize(&results, &x);
  print(&results.q);
  printf("scale %g\n", results.s);
  free(results.q.allocated);
#endif
  print(&x);
  return 0;
}
