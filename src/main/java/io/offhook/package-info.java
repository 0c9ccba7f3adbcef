/// Wiring, by constructor, and the command line's entry.
@org.jspecify.annotations.NullMarked
package io.offhook;
