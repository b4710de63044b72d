# exectrail_unit_tests(TARGET PREFIX): the tests of a gtest program, each one a test of ctest's.
# With EXECTRAIL_TESTS_TOGETHER two halves of the program are: an instrumented program takes longer
# to start than most tests to run. What is skipped inside is not seen then.
# What is tested is optimised as everywhere, the tests themselves are not: two thirds of the time that
# a release build took went into that.
include(GoogleTest)
option(EXECTRAIL_TESTS_TOGETHER "Run unit tests two processes a program, not one a test" OFF)

function(exectrail_unit_tests TARGET PREFIX)
  target_compile_options(${TARGET} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0>)
  if(NOT EXECTRAIL_TESTS_TOGETHER)
    gtest_discover_tests(${TARGET} TEST_PREFIX ${PREFIX}. PROPERTIES LABELS unit)
    return()
  endif()
  foreach(SHARD 0 1)
    add_test(NAME ${PREFIX}.half${SHARD} COMMAND ${TARGET} --gtest_brief=1)
    set_tests_properties(${PREFIX}.half${SHARD} PROPERTIES LABELS unit
      ENVIRONMENT "GTEST_TOTAL_SHARDS=2;GTEST_SHARD_INDEX=${SHARD}")
  endforeach()
endfunction()
