# What `cmake --install` puts where, and the Debian package that `cpack -G DEB` makes of it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Everything in one archive: the objects are those of the folders' libraries.
set(objects)
foreach(folder core message access broker wire bus door listener sdk process protocol dataset learn measure drift concept_drift synthetic component kinds amqp
        scenario record world capture results trace regression conform definitions users attach node report live simulation explain command)
  list(APPEND objects $<TARGET_OBJECTS:dse_${folder}>)
endforeach()
add_library(dse_library STATIC ${objects})
add_library(dse::dse ALIAS dse_library)
set_target_properties(dse_library PROPERTIES OUTPUT_NAME dse EXPORT_NAME dse LINKER_LANGUAGE CXX
                                             ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
target_include_directories(dse_library INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                 $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(dse_library INTERFACE cxx_std_20)
# The names that dse-config.cmake.in looks for.
target_link_libraries(dse_library PRIVATE fmt::fmt ZLIB::ZLIB SQLite::SQLite3 OpenSSL::SSL OpenSSL::Crypto
                                          Threads::Threads PkgConfig::libzmq PkgConfig::tomlplusplus
                                          PkgConfig::librabbitmq PkgConfig::libpcre2-8 PkgConfig::libpng PkgConfig::cpp-httplib)
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

install(TARGETS dse_library EXPORT dse-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS dse RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/dse DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
# Scenarios name their data relative to themselves.
set(data_folder ${CMAKE_INSTALL_DATADIR}/dse)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios ${PROJECT_SOURCE_DIR}/examples DESTINATION ${data_folder})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/sample DESTINATION ${data_folder}/data)
# Where the program looks for the Python package, for the programs that it runs.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/python DESTINATION ${data_folder} PATTERN __pycache__ EXCLUDE
        PATTERN "*.egg-info" EXCLUDE)
# Completion and man pages, as the program itself prints them.
set(shell_folder ${PROJECT_BINARY_DIR}/shell)
add_custom_command(
  OUTPUT ${shell_folder}/dse.bash ${shell_folder}/_dse ${shell_folder}/dse.fish ${shell_folder}/man/dse.1
  COMMAND ${CMAKE_COMMAND} -E make_directory ${shell_folder}
  COMMAND dse completion bash > ${shell_folder}/dse.bash
  COMMAND dse completion zsh > ${shell_folder}/_dse
  COMMAND dse completion fish > ${shell_folder}/dse.fish
  COMMAND dse man --out ${shell_folder}/man
  DEPENDS dse VERBATIM)
add_custom_target(dse_shell ALL DEPENDS ${shell_folder}/dse.bash)
install(FILES ${shell_folder}/dse.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME dse)
install(FILES ${shell_folder}/_dse DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${shell_folder}/dse.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(DIRECTORY ${shell_folder}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/dse)
install(EXPORT dse-targets NAMESPACE dse:: DESTINATION ${package_folder})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/dse-config.cmake.in ${PROJECT_BINARY_DIR}/dse-config.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/dse-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/dse-config.cmake ${PROJECT_BINARY_DIR}/dse-config-version.cmake
        DESTINATION ${package_folder})
# Relative to the file itself, so that the prefix may move.
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/dse.pc.in ${PROJECT_BINARY_DIR}/dse.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/dse.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME dse)
set(CPACK_PACKAGE_CONTACT "the dse project")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Data Service Exchange in one process, on a virtual clock")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# What the program needs for running is read off it; what other programs link with is named here.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "libfmt-dev, zlib1g-dev, libsqlite3-dev, libssl-dev, libzmq3-dev, libtomlplusplus-dev, librabbitmq-dev, libpcre2-dev, libpng-dev, libcpp-httplib-dev, pkg-config")
include(CPack)
