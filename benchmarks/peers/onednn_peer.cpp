//===- onednn_peer.cpp - A 3x3 convolution of f32 by oneDNN ---------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For onednn_peer.py. The algorithm is convolution_direct, in a layout of
// blocks of channels or in the one that oneDNN chooses. A call reorders the
// image to this layout, and the result from it.
//
//===----------------------------------------------------------------------===//

#include <dnnl.hpp>
#include <string>
#include <unordered_map>

using dnnl::memory;

namespace {
class Conv {
public:
  Conv(int64_t size, int64_t channels, bool nchw, bool blocked, float *image,
       float *weights, float *result)
      : engine(dnnl::engine::kind::cpu, 0), stream(engine) {
    memory::dims pixels = {1, channels, size, size};
    memory::dims filters = {channels, channels, 3, 3};
    auto describe = [](const memory::dims &sizes, memory::format_tag tag) {
      return memory::desc(sizes, memory::data_type::f32, tag);
    };
    auto any = memory::format_tag::any, inner = any;
    if (blocked)
      inner = dnnl::get_effective_cpu_isa() >= dnnl::cpu_isa::avx512_core
                  ? memory::format_tag::nChw16c
                  : memory::format_tag::nChw8c;
    auto layout = nchw ? memory::format_tag::nchw : memory::format_tag::nhwc;
    dnnl::convolution_forward::primitive_desc conv(
        {dnnl::prop_kind::forward_inference,
         dnnl::algorithm::convolution_direct,
         describe(pixels, inner),
         describe(filters, any),
         describe(pixels, inner),
         {1, 1},
         {1, 1},
         {1, 1}},
        engine);
    implementation = conv.impl_info_str();
    primitive = dnnl::convolution_forward(conv);
    userImage = memory(describe(pixels, layout), engine, image);
    userResult = memory(describe(pixels, layout), engine, result);
    blockedImage = memory(conv.src_desc(), engine);
    blockedResult = memory(conv.dst_desc(), engine);
    memory userWeights(describe(filters, memory::format_tag::ohwi), engine,
                       weights);
    memory blockedWeights(conv.weights_desc(), engine);
    reorder(userWeights, blockedWeights);
    arguments = {{DNNL_ARG_SRC, blockedImage},
                 {DNNL_ARG_WEIGHTS, blockedWeights},
                 {DNNL_ARG_DST, blockedResult}};
    reorder(userImage, blockedImage);
  }

  void convolve() {
    primitive.execute(stream, arguments);
    stream.wait();
  }

  void call() {
    reorder(userImage, blockedImage);
    convolve();
    reorder(blockedResult, userResult);
  }

  std::string implementation;

private:
  void reorder(memory &from, memory &to) {
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
  }

  dnnl::engine engine;
  dnnl::stream stream;
  dnnl::convolution_forward primitive;
  memory userImage, userResult, blockedImage, blockedResult;
  std::unordered_map<int, memory> arguments;
};
} // namespace

extern "C" {
const char *describe_version() {
  static const std::string text = [] {
    const dnnl_version_t *version = dnnl_version();
    return std::to_string(version->major) + "." +
           std::to_string(version->minor) + "." +
           std::to_string(version->patch);
  }();
  return text.c_str();
}
Conv *open_conv(int64_t size, int64_t channels, int nchw, int blocked,
                float *image, float *weights, float *result) {
  return new Conv(size, channels, nchw, blocked, image, weights, result);
}
const char *describe_conv(Conv *conv) { return conv->implementation.c_str(); }
void convolve(Conv *conv) { conv->convolve(); }
void call_conv(Conv *conv) { conv->call(); }
void close_conv(Conv *conv) { delete conv; }
}
