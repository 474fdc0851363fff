/* What Explorer shows of a DLL: properties FILE. */
#include <stdio.h>
#include <windows.h>

int main(int argc, char **argv) {
  static BYTE information[65536];
  VS_FIXEDFILEINFO *fixed = NULL;
  char *name = NULL;
  UINT length = 0;
  if (argc != 2 || !GetFileVersionInfoA(argv[1], 0, sizeof information, information) ||
      !VerQueryValueA(information, "\\", (void **)&fixed, &length) ||
      !VerQueryValueA(information, "\\StringFileInfo\\040904B0\\ProductName", (void **)&name,
                      &length))
    return 1;
  printf("%s %d.%d.%d\n", name, HIWORD(fixed->dwFileVersionMS), LOWORD(fixed->dwFileVersionMS),
         HIWORD(fixed->dwFileVersionLS));
  return 0;
}
