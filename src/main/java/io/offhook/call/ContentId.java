package io.offhook.call;

/// Where a piece of agent audio belongs at the engine's side: response, item, and content part of the item.
public record ContentId(String reply, String item, int part) {}
