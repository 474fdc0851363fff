/* Threads, time and loaded libraries, as the program of these tests needs them, on POSIX systems
 * and on Windows. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdint.h>

#ifdef _WIN32
#include <windows.h>

typedef HANDLE thread;
typedef DWORD thread_result;
#define THREAD_CALL WINAPI

static inline thread start_thread(thread_result(THREAD_CALL *run)(void *), void *argument) {
  return CreateThread(NULL, 0, run, argument, 0, NULL);
}

static inline void join_thread(thread started) {
  WaitForSingleObject(started, INFINITE);
  CloseHandle(started);
}

static inline void sleep_ms(int ms) { Sleep((DWORD)ms); }

/* GetTickCount64 goes in steps, which under wine are long on a busy machine. */
static inline int64_t now_ms(void) {
  LARGE_INTEGER frequency, count;
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&count);
  return count.QuadPart / (frequency.QuadPart / 1000);
}

static inline void *load_library(const char *path) { return (void *)LoadLibraryA(path); }

static inline void *symbol(void *library, const char *name) {
  return (void *)(uintptr_t)GetProcAddress((HMODULE)library, name);
}

static inline void unload_library(void *library) { FreeLibrary((HMODULE)library); }

#else
#include <dlfcn.h>
#include <pthread.h>
#include <time.h>

typedef pthread_t thread;
typedef void *thread_result;
#define THREAD_CALL

static inline thread start_thread(thread_result (*run)(void *), void *argument) {
  pthread_t started;
  pthread_create(&started, NULL, run, argument);
  return started;
}

static inline void join_thread(thread started) { pthread_join(started, NULL); }

static inline void sleep_ms(int ms) {
  struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};
  nanosleep(&time, NULL);
}

static inline int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void *load_library(const char *path) { return dlopen(path, RTLD_NOW); }

static inline void *symbol(void *library, const char *name) { return dlsym(library, name); }

static inline void unload_library(void *library) { dlclose(library); }
#endif

#endif
