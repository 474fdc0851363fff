import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the package does under class loaders, with a library that is missing, and which file it loads. */
final class Loading {
    public static void main(String[] args) throws Exception {
        System.out.println(switch (args[0]) {
            case "mapped" -> mapped(args[1]);
            case "two" -> two(urls(args[1]), urls(args[2]));
            case "nested" -> nested(urls(args[1], args[2]));
            default -> throw new IllegalArgumentException(args[0]);
        });
    }

    /** Whether this file is the library that a client has loaded, or why it has none. */
    private static String mapped(String file) throws Exception {
        ClassLoader loader = Loading.class.getClassLoader();
        try {
            getToken(loader);
        } catch (InvocationTargetException e) {
            UnsatisfiedLinkError error = (UnsatisfiedLinkError) e.getCause();
            return Json.object("message", error.getMessage());
        }
        String module = loader.loadClass("momo.MomoClient").getModule().getName();
        boolean isMapped = Files.readString(Path.of("/proc/self/maps")).contains(file);
        return Json.object("mapped", isMapped, "module", String.valueOf(module));
    }

    /** Two programs of one server: each has its own wrapper, and JNA is the server's. */
    private static String two(URL[] wrapper, URL[] jna) throws Exception {
        List<String> tokens = new ArrayList<>();
        try (var server = new URLClassLoader(jna, null);
                var one = new URLClassLoader(wrapper, server);
                var other = new URLClassLoader(wrapper, server)) {
            for (ClassLoader loader : List.of(one, other, one)) {
                tokens.add(getToken(loader));
            }
        }
        return Json.object("gets", tokens.size(), "tokens", tokens.stream().distinct().count());
    }

    /** A jar that has jars in it, as Spring Boot makes them: resources have URLs that only it can open. */
    private static String nested(URL[] jars) throws Exception {
        try (var loader = new URLClassLoader(jars, null) {
            @Override
            public URL findResource(String name) {
                URL found = super.findResource(name);
                try {
                    return found == null ? null : new URL(null, "nested:" + name, handler(found));
                } catch (MalformedURLException e) {
                    throw new IllegalArgumentException(e);
                }
            }
        }) {
            return Json.object("token", !getToken(loader).isEmpty());
        }
    }

    private static URLStreamHandler handler(URL real) {
        return new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) throws IOException {
                return real.openConnection();
            }
        };
    }

    /** A token by the wrapper that this loader finds. */
    private static String getToken(ClassLoader loader) throws Exception {
        Object builder = loader.loadClass("momo.MomoClient").getMethod("builder").invoke(null);
        builder.getClass().getMethod("fromEnvironment").invoke(builder);
        try (AutoCloseable client = (AutoCloseable) call(builder, "build")) {
            return (String) call(call(client, "getToken"), "accessToken");
        }
    }

    private static Object call(Object target, String name) throws Exception {
        return target.getClass().getMethod(name).invoke(target);
    }

    private static URL[] urls(String... files) throws MalformedURLException {
        URL[] urls = new URL[files.length];
        for (int i = 0; i < files.length; i++) {
            urls[i] = Path.of(files[i]).toUri().toURL();
        }
        return urls;
    }
}
