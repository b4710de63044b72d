# Precompiled headers for every target of ours, compiled once. Off in the release build, where a
# file that forgets one of its includes has to fail. For clang: GCC wants each target to define the same
# macros as the headers were compiled with.
option(EXECTRAIL_PRECOMPILE "Precompile the headers that most files include" OFF)
if(NOT EXECTRAIL_PRECOMPILE)
  return()
endif()
include(ExectrailFolders)

find_package(GTest REQUIRED)
file(WRITE ${CMAKE_BINARY_DIR}/precompiled.cpp "")
add_library(exectrail_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
target_link_libraries(exectrail_precompiled PRIVATE exectrail_compile GTest::gmock)
target_precompile_headers(exectrail_precompiled PRIVATE
  <algorithm> <array> <chrono> <cstdint> <filesystem> <fstream> <functional> <map> <memory> <optional> <set>
  <span> <sstream> <string> <string_view> <unordered_map> <variant> <vector>
  <capnp/message.h> <gmock/gmock.h> <gtest/gtest.h> <nlohmann/json.hpp>)

exectrail_folders(${CMAKE_CURRENT_SOURCE_DIR} FOLDERS)
foreach(FOLDER ${FOLDERS})
  get_property(TARGETS DIRECTORY ${FOLDER} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(TARGET ${TARGETS})
    get_target_property(TYPE ${TARGET} TYPE)
    get_target_property(SOURCES ${TARGET} SOURCES)
    # Fuzz targets have compiler options of their own, and C another language.
    if(TYPE MATCHES "EXECUTABLE|STATIC_LIBRARY" AND SOURCES MATCHES "\\.cpp"
       AND NOT SOURCES MATCHES "\\.c(;|$)" AND NOT "${TARGET}" MATCHES "^fuzz_")
      target_precompile_headers(${TARGET} REUSE_FROM exectrail_precompiled)
    endif()
  endforeach()
endforeach()
