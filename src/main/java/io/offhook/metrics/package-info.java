/// Meters from call events. Labels come from closed sets only: never a number, an id or a word of a caller.
@org.jspecify.annotations.NullMarked
package io.offhook.metrics;
