/// Any CRM with HTTP and JSON, by the requests that agent.yaml gives.
@org.jspecify.annotations.NullMarked
package io.offhook.crm.http;
