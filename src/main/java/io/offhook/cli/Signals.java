package io.offhook.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/// Hears the signals of the operating system. By reflection, since Java has no supported type for them; without it the
/// process just ends when told to.
final class Signals {
    private Signals() {}

    /// Calls `action` for each such signal, on a thread of its own.
    static void on(String name, Runnable action) {
        try {
            var type = Class.forName("sun.misc.Signal");
            var listener = Class.forName("sun.misc.SignalHandler");
            var proxy = Proxy.newProxyInstance(
                    listener.getClassLoader(), new Class<?>[] {listener}, (self, method, arguments) -> {
                        switch (method.getName()) {
                            case "handle" -> action.run();
                            case "hashCode" -> {
                                return System.identityHashCode(self);
                            }
                            case "equals" -> {
                                return System.identityHashCode(self) == System.identityHashCode(arguments[0]);
                            }
                            default -> {
                                return "signal listener";
                            }
                        }
                        return null;
                    });
            type.getMethod("handle", type, listener)
                    .invoke(null, type.getConstructor(String.class).newInstance(name), proxy);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException e) {
            System.err.println("offhook: signals can't be heard here; stopping will be abrupt");
        }
    }
}
