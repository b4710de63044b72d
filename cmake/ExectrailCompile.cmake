# How every target of ours is compiled: language, warnings, sanitizers, where programs go.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_EXTENSIONS ON) # libtracefs' header needs GNU C
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

option(EXECTRAIL_WERROR "Treat warnings as errors" ON)
set(EXECTRAIL_SANITIZE "" CACHE STRING "Value of -fsanitize= for all targets, for example address,undefined")

add_library(exectrail_compile INTERFACE)
# -pthread everywhere: some libraries ask for it, and precompiled headers must not differ in it.
target_compile_options(exectrail_compile INTERFACE -pthread -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(EXECTRAIL_WERROR)
  target_compile_options(exectrail_compile INTERFACE -Werror)
endif()
target_include_directories(exectrail_compile INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(exectrail_compile INTERFACE EXECTRAIL_VERSION="${PROJECT_VERSION}")

if(EXECTRAIL_SANITIZE)
  add_compile_options(-fsanitize=${EXECTRAIL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${EXECTRAIL_SANITIZE})
  # Instrumented programs are large, and there are many of them.
  find_program(EXECTRAIL_LLD ld.lld)
  if(EXECTRAIL_LLD AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
    add_link_options(-fuse-ld=lld)
  endif()
endif()
