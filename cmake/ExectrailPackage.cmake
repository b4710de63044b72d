# `cpack --config build/release/CPackConfig.cmake` makes a Debian package of what is installed, with
# the dependencies that its programs really have.
# Packing builds nothing: what is installed, and no test, has to be built before.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME exectrail)
set(CPACK_PACKAGE_VENDOR Exectrail)
set(CPACK_PACKAGE_CONTACT "The Exectrail authors <exectrail@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Of webhooks alone, and loaded when one is configured; its name is another one in Ubuntu.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libcurl4 | libcurl4t64 | libcurl3-gnutls | libcurl3t64-gnutls")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Records every program execution from the kernel's tracepoints as evidence, applies detection
 recipes to it, live or afterwards, and tests recipes against recorded attacks.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/debian/postinst
  ${PROJECT_SOURCE_DIR}/packaging/debian/prerm ${PROJECT_SOURCE_DIR}/packaging/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)
include(CPack)
