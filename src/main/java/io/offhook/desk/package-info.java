/// The pages for people: what a human sees who takes a call over.
@org.jspecify.annotations.NullMarked
package io.offhook.desk;
