/// Typed settings from the environment, and the way every configuration mistake is reported: all of them at once.
@org.jspecify.annotations.NullMarked
package io.offhook.config;
