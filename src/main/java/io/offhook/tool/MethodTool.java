package io.offhook.tool;

import io.offhook.tool.Tool.Invocation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/// A tool that is a public method of a class with a public constructor without parameters, named like
/// `com.acme.Refunds#refund`. Arguments go to parameters by name (compile with `-parameters`); a `Map` takes them all,
/// an `Invocation` takes the run itself. One object serves all calls, so it must be thread-safe.
public final class MethodTool implements ToolWork {
    private final ToolJson json = new ToolJson();
    private final Object target;
    private final Method method;

    private MethodTool(Object target, Method method) {
        this.target = target;
        this.method = method;
    }

    /// @throws IllegalArgumentException when there is no such method, with what was looked for
    public static MethodTool of(String reference, ClassLoader loader) {
        int hash = reference.indexOf('#');
        if (hash < 1 || hash == reference.length() - 1) {
            throw new IllegalArgumentException(
                    reference + ": no tool of this name is registered; a method is written com.acme.Class#method");
        }
        var owner = ToolClass.load(reference, reference.substring(0, hash), loader);
        var method = method(owner, reference.substring(hash + 1));
        Object target = Modifier.isStatic(method.getModifiers()) ? owner.type() : owner.instance();
        return new MethodTool(target, method);
    }

    private static Method method(ToolClass owner, String name) {
        var methods = Arrays.stream(owner.type().getMethods())
                .filter(method -> method.getName().equals(name) && !method.isBridge())
                .toList();
        if (methods.size() != 1) {
            throw new IllegalArgumentException(owner.reference()
                    + ": there must be one public method of that name, but there are " + methods.size());
        }
        var method = methods.getFirst();
        if (!Arrays.stream(method.getParameters()).allMatch(MethodTool::named)) {
            throw new IllegalArgumentException(
                    owner.reference() + ": its class must be compiled with -parameters, or take one Map");
        }
        return method;
    }

    /// JSON Schema of the method's parameters, as JSON text.
    public String parameters() {
        return json.write(schema(method));
    }

    @Override
    public Object run(Invocation invocation) throws Exception {
        var values = new ArrayList<Object>();
        for (var parameter : method.getParameters()) {
            values.add(value(parameter, invocation));
        }
        try {
            var result = method.invoke(target, values.toArray());
            return result == null ? Map.of("done", true) : result;
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    private Object value(Parameter parameter, Invocation invocation) throws ToolFailure {
        var type = parameter.getType();
        if (type == Invocation.class) {
            return invocation;
        }
        if (type == Map.class) {
            return invocation.arguments();
        }
        var given = Optional.ofNullable(invocation.arguments().get(parameter.getName()));
        if (type == Optional.class) {
            return given;
        }
        var value = given.orElseThrow(
                () -> new ToolFailure(ToolFailure.BAD_ARGUMENTS, "the argument " + parameter.getName() + " is missing"));
        try {
            return json.convert(value, type);
        } catch (JacksonException e) {
            throw new ToolFailure(ToolFailure.BAD_ARGUMENTS, "the argument " + parameter.getName() + " is of another type");
        }
    }

    private static boolean named(Parameter parameter) {
        return parameter.isNamePresent() || parameter.getType() == Map.class || parameter.getType() == Invocation.class;
    }

    private static Map<String, Object> schema(Method method) {
        var properties = new LinkedHashMap<String, Object>();
        List<String> required = new ArrayList<>();
        for (var parameter : method.getParameters()) {
            var type = parameter.getType();
            if (type == Invocation.class || type == Map.class) {
                continue;
            }
            properties.put(
                    parameter.getName(),
                    jsonType(type).map(word -> Map.of("type", word)).orElse(Map.of()));
            if (type != Optional.class) {
                required.add(parameter.getName());
            }
        }
        return Map.of("type", "object", "properties", properties, "required", required);
    }

    private static Optional<String> jsonType(Class<?> type) {
        return switch (type.getSimpleName()) {
            case "String", "LocalDate", "UUID" -> Optional.of("string");
            case "int", "Integer", "long", "Long", "BigInteger" -> Optional.of("integer");
            case "double", "Double", "BigDecimal" -> Optional.of("number");
            case "boolean", "Boolean" -> Optional.of("boolean");
            default -> Optional.empty();
        };
    }
}
