/* momo-token: an access token for MTN Mobile Money, from the shell. The manual page says all. */
#include <errno.h>
#include <momo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static const char usage[] =
    "usage: momo-token [--header | --json | --check] [--timeout DURATION]\n"
    "                  [--option NAME=VALUE]... [--verbose]\n"
    "       momo-token --help | --version\n";

static const char help[] =
    "Prints an access token for MTN Mobile Money's Partner Gateway.\n"
    "\n"
    "  --header              the line \"Authorization: Bearer ...\", for curl -H @-\n"
    "  --json                one JSON object, also for an error\n"
    "  --check               each option with its origin, then what works and what does not\n"
    "  --timeout DURATION    the whole time, as in 250ms, 10s, 5m: the option timeout\n"
    "  --option NAME=VALUE   any option; may be repeated. Other users can see a command's\n"
    "                        arguments: give secrets by the environment or by files\n"
    "  --verbose             log lines on standard error\n"
    "  --help, --version\n"
    "\n"
    "Options come from the environment first: MOMO_API_USER, MOMO_API_KEY,\n"
    "MOMO_SUBSCRIPTION_KEY, MOMO_BASE_URL and so on.\n"
    "\n"
    "Exit status: 0 a token; 1 an internal error, or output that cannot be written;\n"
    "2 usage or configuration; 3 network; 4 credentials, or access not allowed;\n"
    "5 refused for now; 6 a response that is none of the gateway's.\n";

enum exit_status {
  EXIT_TOKEN = 0,
  EXIT_INTERNAL = 1,
  EXIT_CONFIG = 2,
  EXIT_NETWORK = 3,
  EXIT_CREDENTIALS = 4,
  EXIT_REFUSED_FOR_NOW = 5,
  EXIT_RESPONSE = 6
};

enum output { OUTPUT_TOKEN, OUTPUT_HEADER, OUTPUT_JSON, OUTPUT_CHECK };

struct arguments {
  enum output output;
  int verbose;
  int error_is_told; /* the check has printed it already */
};

/* By the groups that the statuses have their numbers by. */
static int exit_status_of(momo_status status) {
  if (status == MOMO_OK) return EXIT_TOKEN;
  if (status < MOMO_RESOLVE_FAILED || status == MOMO_CACHE_FAILED) return EXIT_CONFIG;
  if (status < MOMO_UNAUTHORIZED) return EXIT_NETWORK;
  if (status < MOMO_RATE_LIMITED) return EXIT_CREDENTIALS;
  if (status < MOMO_UNEXPECTED_STATUS) return EXIT_REFUSED_FOR_NOW;
  return status < MOMO_CACHE_FAILED ? EXIT_RESPONSE : EXIT_INTERNAL;
}

static int bad_usage(const char *what, const char *argument) {
  /* No more than a name: what follows may be a secret. */
  fprintf(stderr, "momo-token: %s: %.*s\n%s", what, (int)strcspn(argument, "="), argument, usage);
  return EXIT_CONFIG;
}

/* The value of an argument that has one, as "--name value" or "--name=value"; NULL where it is
 * another argument. */
static char *value_of(const char *name, char **argv, int *at) {
  size_t length = strlen(name);
  char *argument = argv[*at];
  if (strncmp(argument, name, length) != 0) return NULL;
  if (argument[length] == '=') return argument + length + 1;
  if (argument[length] != '\0' || argv[*at + 1] == NULL) return NULL;
  return argv[++*at];
}

/* Sets the options that the arguments name, after those of the environment: they win. */
static int read_arguments(char **argv, momo_config *config, struct arguments *to,
                          momo_error **error) {
  for (int i = 1; argv[i] != NULL; i++) {
    enum output output = OUTPUT_TOKEN;
    char *argument = argv[i], *value;
    if (strcmp(argument, "--header") == 0) output = OUTPUT_HEADER;
    if (strcmp(argument, "--json") == 0) output = OUTPUT_JSON;
    if (strcmp(argument, "--check") == 0) output = OUTPUT_CHECK;
    if (output != OUTPUT_TOKEN) {
      if (to->output != OUTPUT_TOKEN && to->output != output)
        return bad_usage("only one of --header, --json and --check can be given", argument);
      to->output = output;
    } else if (strcmp(argument, "--verbose") == 0) {
      to->verbose = 1;
    } else if ((value = value_of("--timeout", argv, &i)) != NULL) {
      if (momo_set_option(config, "timeout", value, error) != MOMO_OK) return EXIT_CONFIG;
    } else if ((value = value_of("--option", argv, &i)) != NULL) {
      char *equals = strchr(value, '=');
      if (equals == NULL) return bad_usage("an '=' is missing in NAME=VALUE after", argument);
      *equals = '\0';
      if (momo_set_option(config, value, equals + 1, error) != MOMO_OK) return EXIT_CONFIG;
    } else if (strcmp(argument, "--timeout") == 0 || strcmp(argument, "--option") == 0) {
      return bad_usage("a value is missing", argument);
    } else {
      return bad_usage("unknown argument", argument);
    }
  }
  return EXIT_TOKEN;
}

/* A warning about the environment is always shown. Those of options are listed with them. */
static enum { READING_ENVIRONMENT, MAKING_CLIENT, ASKING } stage;

/* What the check's request warned of. An error says it all; where a token came nevertheless, the
 * warnings say what is not as it should be. */
static char *warnings;

static void keep_warning(const char *line) {
  size_t length = warnings != NULL ? strlen(warnings) : 0;
  size_t more = strlen("warning: \n") + strlen(line) + 1;
  char *longer = realloc(warnings, length + more);
  if (longer == NULL) return;
  warnings = longer;
  snprintf(warnings + length, more, "warning: %s\n", line);
}

static void log_line(void *user_data, int32_t level, const char *line) {
  const struct arguments *arguments = user_data;
  int is_warning = level <= MOMO_LOG_WARNING;
  if (arguments->output == OUTPUT_CHECK) {
    if (is_warning && stage == READING_ENVIRONMENT) printf("warning: %s\n", line);
    if (is_warning && stage == ASKING) keep_warning(line);
  } else if (is_warning && stage == READING_ENVIRONMENT && arguments->output != OUTPUT_JSON) {
    fprintf(stderr, "momo-token: warning: %s\n", line);
  } else if (arguments->verbose) {
    fprintf(stderr, "momo-token: %s\n", line);
  }
}

/* Whether the client asks by plain http, where there is no TLS. */
static int print_options(const momo_option *options) {
  int is_plain = 0;
  for (const momo_option *option = options; option != NULL; option = option->next) {
    printf("option %s: %s%s%s\n", option->name, option->value,
           option->value[0] != '\0' ? ", " : "", option->source);
    if (strcmp(option->name, "base_url") == 0)
      is_plain = strcspn(option->value, ":") == strlen("http");
  }
  for (const momo_option *option = options; option != NULL; option = option->next)
    if (option->warning[0] != '\0') printf("warning: %s\n", option->warning);
  return is_plain;
}

/* How far a request came: what was reached before the place that its error names is all right. */
enum step { HOST, TLS, SUBSCRIPTION_KEY, CREDENTIALS, STEPS };

static enum step failed_step(const momo_error *error) {
  if (error == NULL) return STEPS;
  /* The gateway looks at the subscription key first. */
  if (error->status == MOMO_UNAUTHORIZED) return CREDENTIALS;
  switch (error->phase) {
    case MOMO_PHASE_HANDSHAKE: return TLS;
    case MOMO_PHASE_SEND:
    case MOMO_PHASE_WAIT:
    case MOMO_PHASE_READ: return SUBSCRIPTION_KEY;
    default: return HOST;
  }
}

static void print_check(int is_plain, const momo_error *error) {
  static const char *const names[STEPS] = {"host", "TLS", "subscription key", "credentials"};
  enum step failed = failed_step(error);
  int is_told = 0;
  if (error == NULL && warnings != NULL) printf("%s", warnings);
  for (enum step step = HOST; step < STEPS; step++) {
    const char *result = step < failed ? "ok" : "not checked";
    if (step == TLS && step < failed && is_plain) result = "not used: plain http on this machine";
    if (step == failed &&
        (step != SUBSCRIPTION_KEY || error->status == MOMO_SUBSCRIPTION_KEY_REFUSED)) {
      printf("%s: failed: %s\n", names[step], error->message);
      is_told = 1;
    } else {
      printf("%s: %s\n", names[step], result);
    }
  }
  if (error == NULL)
    printf("token: ok\n");
  else if (!is_told)
    printf("token: failed: %s\n", error->message);
}

static void print(enum output output, const momo_token *token) {
  switch (output) {
    case OUTPUT_HEADER: printf("Authorization: %s\n", token->authorization); break;
    case OUTPUT_JSON: print_token(stdout, token); break;
    default: printf("%s\n", token->access_token); break;
  }
}

/* Of the client, or of why there is none. */
static momo_status check(const momo_client *client, momo_status status, momo_error **error) {
  momo_option *options = NULL;
  momo_token *token = NULL;
  if (status == MOMO_OK) status = momo_get_options(client, &options, error);
  if (status != MOMO_OK) {
    printf("configuration: failed: %s\n", (*error)->message);
    return status;
  }
  int is_plain = print_options(options);
  /* A token from a cache would say nothing of the gateway. */
  status = momo_create_token(client, -1, &token, error);
  print_check(is_plain, *error);
  momo_free_token(token);
  momo_free_options(options);
  return status;
}

static momo_status run(const momo_config *config, struct arguments *arguments,
                       momo_error **error) {
  momo_client *client = NULL;
  momo_token *token = NULL;
  momo_status status = momo_create_client(config, &client, error);
  stage = ASKING;
  if (arguments->output == OUTPUT_CHECK) {
    status = check(client, status, error);
    arguments->error_is_told = 1;
  } else if (status == MOMO_OK) {
    status = momo_get_token(client, -1, &token, error);
    if (status == MOMO_OK) print(arguments->output, token);
  }
  momo_free_token(token);
  momo_free_client(client);
  return status;
}

/* A full disk or a closed pipe may show only at the end. */
static int end_output(int exit_status) {
  errno = 0;
  if (fflush(stdout) == 0 && !ferror(stdout)) return exit_status;
  fprintf(stderr, "momo-token: the output cannot be written%s%s\n", errno != 0 ? ": " : "",
          errno != 0 ? strerror(errno) : "");
  return EXIT_INTERNAL;
}

int main(int argc, char **argv) {
  struct arguments arguments = {OUTPUT_TOKEN, 0, 0};
  momo_error *error = NULL;
  int exit_status;
  for (int i = 1; i < argc; i++) {
    /* What is said before the arguments are read is said in their way. */
    if (strcmp(argv[i], "--json") == 0) arguments.output = OUTPUT_JSON;
    if (strcmp(argv[i], "--check") == 0) arguments.output = OUTPUT_CHECK;
    int is_help = strcmp(argv[i], "--help") == 0;
    if (is_help || strcmp(argv[i], "--version") == 0) {
      if (is_help)
        printf("%s\n%s", usage, help);
      else
        printf("momo-token %s\n", momo_version());
      return end_output(EXIT_TOKEN);
    }
  }
  momo_config *config = momo_create_config();
  momo_status status = momo_set_logger(config, log_line, &arguments, NULL, MOMO_LOG_INFORMATION, &error);
  if (status == MOMO_OK) status = momo_set_options_from_env(config, &error);
  exit_status = exit_status_of(status);
  stage = MAKING_CLIENT;
  if (exit_status == EXIT_TOKEN)
    exit_status = read_arguments(argv, config, &arguments, &error);
  if (exit_status == EXIT_TOKEN)
    exit_status = exit_status_of(run(config, &arguments, &error));
  if (error != NULL && arguments.output == OUTPUT_JSON)
    print_error(stderr, error);
  else if (error != NULL && !arguments.error_is_told)
    fprintf(stderr, "momo-token: %s\n", error->message);
  exit_status = end_output(exit_status);
  free(warnings);
  momo_free_error(error);
  momo_free_config(config);
  return exit_status;
}
