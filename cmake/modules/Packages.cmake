# `cpack -G DEB` in the build directory makes two packages for Debian: quant-bnn, with
# the tools and the libraries that compiled code calls, and quant-bnn-dev, with what
# find_package(QuantBNN) finds.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME quant-bnn)
set(CPACK_PACKAGE_CONTACT "The quant-bnn authors")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL tools dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)

set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME quant-bnn)
set(CPACK_COMPONENT_TOOLS_DESCRIPTION
  "compiler for binary and low-bit neural networks")
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS
  "libmlir-${LLVM_VERSION_MAJOR} (>= 1:22.1), lld-${LLVM_VERSION_MAJOR}, libstdc++6")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME quant-bnn-dev)
set(CPACK_COMPONENT_DEV_DESCRIPTION
  "compiler for binary and low-bit neural networks: libraries and headers")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "quant-bnn (= ${PROJECT_VERSION}), libmlir-${LLVM_VERSION_MAJOR}-dev (>= 1:22.1), mlir-${LLVM_VERSION_MAJOR}-tools")
include(CPack)
