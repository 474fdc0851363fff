package momo;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.util.Map;

/** Finds libmomo: where LIBMOMO_PATH says, in this package's jar, or where the system's loader looks. */
final class LibraryLocator {
    static NativeLibrary load(Map<String, Object> options) {
        String path = System.getenv("LIBMOMO_PATH");
        String problem = "LIBMOMO_PATH names " + path + ", which cannot be loaded";
        boolean isWindows = Platform.isWindows();
        String resource = "/" + folder() + "/" + (isWindows ? "momo.dll" : "libmomo.so");
        URL packaged = LibraryLocator.class.getResource(resource);
        File file = null;
        try {
            if (path != null && !path.isEmpty()) {
                return NativeLibrary.getInstance(path, options);
            } else if (packaged == null) {
                problem = "this jar has no libmomo for " + folder() + ", and none is installed";
                return NativeLibrary.getInstance(isWindows ? "momo" : "libmomo.so.0", options);
            }
            problem = "libmomo cannot be unpacked and loaded;"
                    + " jna.tmpdir names a folder that can be written to and may hold programs";
            file = Native.extractFromResourcePath(resource, LibraryLocator.class.getClassLoader());
            return NativeLibrary.getInstance(file.getPath(), options);
        } catch (IOException | UnsatisfiedLinkError e) {
            String advice = "; or set LIBMOMO_PATH to the file of the library: ";
            throw (UnsatisfiedLinkError)
                    new UnsatisfiedLinkError(problem + advice + e.getMessage()).initCause(e);
        } finally {
            // A copy is needed no more; Windows keeps what is loaded, and JNA removes that later.
            if (file != null && !packaged.getProtocol().equals("file")) {
                file.delete();
            }
        }
    }

    /** JNA's name for the platform; it has none for musl, which needs a library of its own. */
    private static String folder() {
        try {
            if (Platform.isLinux()) {
                NativeLibrary.getProcess().getFunction("gnu_get_libc_version");
            }
            return Platform.RESOURCE_PREFIX;
        } catch (UnsatisfiedLinkError e) {
            return Platform.RESOURCE_PREFIX.replace("linux-", "linux-musl-");
        }
    }
}
