// What the tests do with many elements on the host. Elements are told apart by
// their bits: a format is the width of an element, and the bits of its
// infinity, which are 0 for integers.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

struct Report {
  uint64_t differing;  // not equal: NaNs are equal, and so are zeros
  uint64_t mismatches; // not even within the allowance
  uint64_t first;      // the first mismatch, else the first that differs
  uint64_t ulps;       // the largest distance
};

struct Allowance {
  double absolute;
  double timesG;
  uint64_t ulps;
};

enum Format { F16, BF16, F32, F64, I8 };

double toDouble(Format format, uint64_t bits) {
  if (format == F64 || format == F32 || format == BF16) {
    double value;
    float narrow;
    uint32_t word = uint32_t(format == BF16 ? bits << 16 : bits);
    std::memcpy(&value, &bits, sizeof value);
    std::memcpy(&narrow, &word, sizeof narrow);
    return format == F64 ? value : narrow;
  }
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double value = exponent == 31 ? (fraction ? NAN : INFINITY)
                 : exponent     ? std::ldexp(1024 + fraction, exponent - 25)
                                : std::ldexp(fraction, -24);
  return bits >> 15 ? -value : value;
}

template <typename T, T infinity>
struct Compare {
  static constexpr T signBit = T(T(1) << (8 * sizeof(T) - 1));
  static constexpr T magnitude = T(~signBit);

  static bool isEqual(T a, T b) {
    if (a == b || infinity == 0)
      return a == b;
    return (T(a & magnitude) > infinity && T(b & magnitude) > infinity) ||
           T((a | b) & magnitude) == 0;
  }

  /// How many numbers are from one to the other.
  static uint64_t distance(T a, T b) {
    if (T(a & magnitude) > infinity || T(b & magnitude) > infinity)
      return std::numeric_limits<uint64_t>::max();
    auto order = [](T bits) {
      int64_t value = int64_t(bits & magnitude);
      return bits & signBit ? -value : value;
    };
    int64_t x = order(a), y = order(b);
    return x < y ? uint64_t(y) - uint64_t(x) : uint64_t(x) - uint64_t(y);
  }

  static bool isAllowed(Format format, T actual, T expected, const T *g,
                        const Allowance &allowance) {
    if (distance(actual, expected) <= allowance.ulps)
      return true;
    double bound = allowance.absolute;
    if (g && allowance.timesG != 0)
      bound += allowance.timesG * std::fabs(toDouble(format, *g));
    double a = toDouble(format, actual), e = toDouble(format, expected);
    if (!std::isfinite(bound)) // an infinite or NaN g
      return !std::isfinite(a) && !std::isfinite(e);
    return std::fabs(a - e) <= bound;
  }

  static void run(Format format, uint64_t count, const T *actual,
                  const T *expected, const T *g, const Allowance &allowance,
                  Report &report) {
    constexpr uint64_t block = 4096;
    for (uint64_t begin = 0; begin < count; begin += block) {
      uint64_t end = std::min(begin + block, count), equal = 0;
      for (uint64_t i = begin; i < end; ++i)
        equal += isEqual(actual[i], expected[i]);
      if (equal == end - begin)
        continue;
      for (uint64_t i = begin; i < end; ++i)
        add(format, i, actual[i], expected[i], g ? g + i : nullptr, allowance,
            report);
    }
  }

  static void add(Format format, uint64_t i, T actual, T expected, const T *g,
                  const Allowance &allowance, Report &report) {
    if (isEqual(actual, expected))
      return;
    bool isMismatch =
        infinity == 0 || !isAllowed(format, actual, expected, g, allowance);
    if (isMismatch ? report.mismatches == 0 : report.differing == 0)
      report.first = i;
    ++report.differing;
    report.mismatches += isMismatch;
    if (infinity != 0)
      report.ulps = std::max(report.ulps, distance(actual, expected));
  }
};

template <typename T, T infinity>
void compareAs(Format format, uint64_t count, const void *actual,
               const void *expected, const void *g, const Allowance &allowance,
               Report &report) {
  Compare<T, infinity>::run(format, count, static_cast<const T *>(actual),
                            static_cast<const T *>(expected),
                            static_cast<const T *>(g), allowance, report);
}

} // namespace

EXPORT void host_compare(int format, uint64_t count, const void *actual,
                         const void *expected, const void *g, double absolute,
                         double timesG, uint64_t ulps, Report *report) {
  *report = Report{};
  Allowance allowance{absolute, timesG, ulps};
  auto compare = format == F16    ? compareAs<uint16_t, 0x7c00>
                 : format == BF16 ? compareAs<uint16_t, 0x7f80>
                 : format == F32  ? compareAs<uint32_t, 0x7f800000>
                 : format == F64  ? compareAs<uint64_t, 0x7ff0000000000000>
                                  : compareAs<uint8_t, 0>;
  compare(Format(format), count, actual, expected, g, allowance, *report);
}

/// Fills `words` with `first` and the integers after it.
EXPORT void host_count(uint32_t first, uint64_t count, uint32_t *words) {
  for (uint64_t i = 0; i < count; ++i)
    words[i] = first + uint32_t(i);
}
