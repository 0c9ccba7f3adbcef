/// Callers who wanted to be called back are called back: a human first, and then they.
@org.jspecify.annotations.NullMarked
package io.offhook.callback;
