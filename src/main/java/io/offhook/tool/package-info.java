/// What the agent can do beside talking: tools, their rules and their limits.
@org.jspecify.annotations.NullMarked
package io.offhook.tool;
