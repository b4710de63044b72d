# add_script_test(NAME LABEL SCRIPT [ARGUMENT…]): a test that is a script of the current folder. It
# finds the programs by EXECTRAIL_BIN and ends with 77 when it cannot run here.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
# What it finds may be a shell script that looks for the interpreter each time.
execute_process(COMMAND ${Python3_EXECUTABLE} -c "import sys; print(sys.executable)"
                OUTPUT_VARIABLE EXECTRAIL_PYTHON OUTPUT_STRIP_TRAILING_WHITESPACE
                COMMAND_ERROR_IS_FATAL ANY)

function(add_script_test NAME LABEL SCRIPT)
  set(COMMAND ./${SCRIPT})
  if(SCRIPT MATCHES "\\.py$")
    set(COMMAND ${EXECTRAIL_PYTHON} ${SCRIPT})
  endif()
  add_test(NAME ${LABEL}.${NAME} COMMAND ${COMMAND} ${ARGN}
           WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set(ENVIRONMENT
    EXECTRAIL_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
    PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/support
    PYTHONDONTWRITEBYTECODE=1)
  if(EXECTRAIL_SANITIZE)
    list(APPEND ENVIRONMENT EXECTRAIL_SANITIZED=1) # several times slower
  endif()
  set_tests_properties(${LABEL}.${NAME} PROPERTIES
    LABELS ${LABEL} SKIP_RETURN_CODE 77 ENVIRONMENT "${ENVIRONMENT}")
endfunction()
