/// Customers and their contacts in Offhook's own database.
@org.jspecify.annotations.NullMarked
package io.offhook.crm.store;
