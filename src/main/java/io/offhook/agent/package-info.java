/// agent.yaml: from text with line numbers to an [io.offhook.agent.AgentProfile] of plain values. Reading reports every
/// mistake at once; nothing beyond this package knows that there is YAML.
@org.jspecify.annotations.NullMarked
package io.offhook.agent;
