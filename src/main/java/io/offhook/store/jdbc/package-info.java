/// The log of calls in SQLite (one node) or PostgreSQL (many), with one SQL for both.
@org.jspecify.annotations.NullMarked
package io.offhook.store.jdbc;
