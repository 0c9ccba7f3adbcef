/// An engine that needs no account and no network, and is honest about it: it plays rehearsed dialogues over the same
/// wire as the real service. It understands the clips that come with Offhook, typed words and keys; not free speech.
@NullMarked
package io.offhook.engine.demo;

import org.jspecify.annotations.NullMarked;
