import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** What the package does under class loaders, with a library that is missing, and which file it loads. */
final class Loading {
    public static void main(String[] args) throws Exception {
        System.out.println(switch (args[0]) {
            case "mapped" -> mapped(args[1]);
            case "module" -> module();
            case "failure" -> failure();
            case "two" -> two(Path.of(args[1]), Path.of(args[2]));
            case "nested" -> nested(Path.of(args[1]), Path.of(args[2]));
            default -> throw new IllegalArgumentException(args[0]);
        });
    }

    /** Whether this file is the library that a client has loaded. */
    private static String mapped(String file) throws Exception {
        getToken(Loading.class.getClassLoader());
        return Json.object("mapped", Files.readString(Path.of("/proc/self/maps")).contains(file));
    }

    private static String module() throws Exception {
        ClassLoader loader = Loading.class.getClassLoader();
        String name = loader.loadClass("momo.MomoClient").getModule().getName();
        return Json.object("module", name, "token", !getToken(loader).isEmpty());
    }

    private static String failure() throws Exception {
        try {
            getToken(Loading.class.getClassLoader());
            throw new IllegalStateException("it is there");
        } catch (InvocationTargetException e) {
            UnsatisfiedLinkError error = (UnsatisfiedLinkError) e.getCause();
            return Json.object("message", error.getMessage());
        }
    }

    /** Two programs of one server: each has its own wrapper, and JNA is the server's. */
    private static String two(Path momo, Path jna) throws Exception {
        URL[] wrapper = {momo.toUri().toURL()};
        List<String> tokens = new ArrayList<>();
        try (var server = new URLClassLoader(new URL[] {jna.toUri().toURL()}, null);
                var one = new URLClassLoader(wrapper, server);
                var other = new URLClassLoader(wrapper, server)) {
            for (ClassLoader loader : List.of(one, other, one)) {
                tokens.add(getToken(loader));
            }
        }
        return Json.object("gets", tokens.size(), "tokens", tokens.stream().distinct().count());
    }

    /** A jar that has jars in it, as Spring Boot makes them. */
    private static String nested(Path momo, Path jna) throws Exception {
        Nested loader = new Nested();
        loader.add(momo);
        loader.add(jna);
        return Json.object("token", !getToken(loader).isEmpty());
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

    /** Classes and resources that are no files, nor in a jar that is one. */
    private static final class Nested extends ClassLoader {
        private final Map<String, byte[]> entries = new HashMap<>();

        Nested() {
            super(ClassLoader.getPlatformClassLoader());
        }

        void add(Path jar) throws Exception {
            try (ZipInputStream stream = new ZipInputStream(Files.newInputStream(jar))) {
                for (ZipEntry entry; (entry = stream.getNextEntry()) != null; ) {
                    entries.put(entry.getName(), stream.readAllBytes());
                }
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = entries.get(name.replace('.', '/') + ".class");
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }

        @Override
        protected URL findResource(String name) {
            try {
                return entries.containsKey(name) ? new URL(null, "nested:" + name, new Handler()) : null;
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(e);
            }
        }

        private final class Handler extends URLStreamHandler {
            @Override
            protected URLConnection openConnection(URL url) {
                return new URLConnection(url) {
                    @Override
                    public void connect() {}

                    @Override
                    public InputStream getInputStream() {
                        return new ByteArrayInputStream(entries.get(url.getPath()));
                    }
                };
            }
        }
    }
}
