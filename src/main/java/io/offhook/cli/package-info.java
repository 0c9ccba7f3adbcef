/// The commands. Data on standard output, messages and progress on standard error; exit codes 0 well, 1 found errors,
/// 2 usage or a bad agent.yaml, 3 credentials, 4 unreachable, 130 interrupted.
@org.jspecify.annotations.NullMarked
package io.offhook.cli;
