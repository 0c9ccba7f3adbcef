/// The running calls: each owned by one event loop, performing what `CallMachine` orders.
@org.jspecify.annotations.NullMarked
package io.offhook.live;
