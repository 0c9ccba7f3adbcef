package io.offhook.tool;

import java.lang.reflect.InvocationTargetException;

/// A class that agent.yaml names, loaded. What is wrong with it becomes an `IllegalArgumentException` in words.
///
/// @param reference as agent.yaml writes it, for messages
record ToolClass(String reference, Class<?> type) {

    static ToolClass load(String reference, String name, ClassLoader loader) {
        try {
            return new ToolClass(reference, Class.forName(name, true, loader));
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(reference + ": there is no such class on the class path", e);
        } catch (LinkageError e) {
            throw new IllegalArgumentException(
                    reference + ": the class can't be loaded ("
                            + e.getClass().getSimpleName() + ")",
                    e);
        }
    }

    Object instance() {
        try {
            return type.getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(reference + ": its constructor failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    reference + ": the class must be public and have a public constructor without parameters", e);
        } catch (LinkageError e) {
            throw new IllegalArgumentException(
                    reference + ": the class can't be loaded ("
                            + e.getClass().getSimpleName() + ")",
                    e);
        }
    }

    Tool tool() {
        if (!Tool.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException(
                    reference + ": the class does not implement " + Tool.class.getName()
                            + "; to use one of its methods, write " + reference + "#method");
        }
        return (Tool) instance();
    }
}
