/// Who is calling, as the operator's own records know it: the port to a CRM, and the look-up while the phone rings.
@org.jspecify.annotations.NullMarked
package io.offhook.crm;
