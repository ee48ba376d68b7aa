# The few wrappers that give every library and tool of this project the same
# shape. They exist because add_mlir_library installs into MLIR's own export set.

# add_quant_bnn_library(NAME sources... [DEPENDS targets...]
#                       [LINK_LIBS project libraries...]
#                       [MLIR_LIBS upstream libraries...])
# A static library, linked to libMLIR.so or to the named static MLIR libraries,
# and exported by its plain name, as those of MLIR are.
function(add_quant_bnn_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK_LIBS;MLIR_LIBS" ${ARGN})
  llvm_add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS}
    DEPENDS ${ARG_DEPENDS}
    LINK_LIBS PUBLIC ${ARG_LINK_LIBS})
  target_include_directories(${name} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  if(ARG_MLIR_LIBS)
    mlir_target_link_libraries(${name} PUBLIC ${ARG_MLIR_LIBS})
  endif()
  set_property(GLOBAL APPEND PROPERTY QUANT_BNN_LIBS ${name})
  install(TARGETS ${name} EXPORT QuantBNNTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# add_quant_bnn_tool(NAME sources... [LINK_LIBS project libraries...]
#                    [MLIR_LIBS upstream libraries...])
function(add_quant_bnn_tool name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS;MLIR_LIBS" ${ARGN})
  add_llvm_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS})
  mlir_target_link_libraries(${name} PRIVATE ${ARG_MLIR_LIBS})
  target_precompile_headers(${name} REUSE_FROM QuantBNNSupport)
  # The libraries of LLVM may be where the loader does not look.
  set_target_properties(${name} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  set_property(GLOBAL APPEND PROPERTY QUANT_BNN_TOOLS ${name})
  install(TARGETS ${name} EXPORT QuantBNNTargets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
endfunction()
