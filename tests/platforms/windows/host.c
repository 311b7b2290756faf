/* A client for Windows programs under Wine: it hands its arguments to the client of this machine, which has the name of this file.
 *
 * A process of the host inherits no pipe of Wine's and gives no handle to wait for. So a script writes what it says into files, and
 * its status last. It is bash's: dash passes on no variable whose name has a colon, as npm's for a token has. */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

/* How long a client may take. One that was killed leaves no status, and nobody would end this one. */
#define PATIENCE_MS (10 * 60 * 1000)
#define ASK_EVERY_MS 3

/* What this run's files lie in. */
static wchar_t folder[MAX_PATH];

static void fail(const char *what)
{
    fprintf(stderr, "host: %s: error %lu\n", what, GetLastError());
    exit(125);
}

static const wchar_t *in_folder(const wchar_t *name)
{
    static wchar_t path[MAX_PATH];
    swprintf(path, MAX_PATH, L"%ls\\%ls", folder, name);
    return path;
}

/* A text as one word of a shell. A path of the drive that is the host's root loses the drive. */
static void word(FILE *script, const wchar_t *text)
{
    char bytes[32768];
    if (!WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL)) fail("an argument");
    int is_path = 0;
    fputc('\'', script);
    for (const char *at = bytes; *at; at++) {
        if ((at[0] == 'Z' || at[0] == 'z') && at[1] == ':' && (at[2] == '\\' || at[2] == '/')) {
            is_path = 1;
            at++;
        } else if (*at == '\'') {
            fputs("'\\''", script);
        } else {
            fputc(is_path && *at == '\\' ? '/' : *at, script);
        }
    }
    fputc('\'', script);
}

/* All that one handle gives goes to another. */
static void copy(HANDLE from, HANDLE to)
{
    char bytes[65536];
    DWORD count, written;
    while (ReadFile(from, bytes, sizeof bytes, &count, NULL) && count > 0) WriteFile(to, bytes, count, &written, NULL);
}

static void copy_out(const wchar_t *name, DWORD to)
{
    HANDLE from = CreateFileW(in_folder(name), GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (from == INVALID_HANDLE_VALUE) return;
    copy(from, GetStdHandle(to));
    CloseHandle(from);
}

/* The client's name: this file's, without what tells it from the client's own batch file. */
static const wchar_t *client(void)
{
    static wchar_t own[MAX_PATH];
    GetModuleFileNameW(NULL, own, MAX_PATH);
    wchar_t *name = wcsrchr(own, L'\\') + 1;
    wchar_t *end = wcsstr(name, L"-host.exe");
    if (!end) end = wcsstr(name, L".exe");
    if (end) *end = 0;
    return name;
}

static void write_script(int count, wchar_t **arguments)
{
    FILE *script = _wfopen(in_folder(L"script"), L"wb");
    if (!script) fail("a script");
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    DWORD kind = GetFileType(input);
    if (kind == FILE_TYPE_PIPE || kind == FILE_TYPE_DISK) {
        HANDLE in = CreateFileW(in_folder(L"script.in"), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
        copy(input, in);
        CloseHandle(in);
        fputs("exec < \"$0.in\"\n", script);
    } else {
        fputs("exec < /dev/null\n", script);
    }
    word(script, client());
    for (int index = 1; index < count; index++) {
        fputc(' ', script);
        word(script, arguments[index]);
    }
    fputs(" > \"$0.out\" 2> \"$0.err\"\necho $? > \"$0.new\"\n/bin/mv \"$0.new\" \"$0.status\"\n", script);
    if (fclose(script)) fail("a script");
}

static void start(void)
{
    wchar_t command[MAX_PATH * 2];
    /* Without its drive, with the host's separators. */
    swprintf(command, MAX_PATH * 2, L"bash %ls", in_folder(L"script") + 2);
    for (wchar_t *at = command; *at; at++)
        if (*at == L'\\') *at = L'/';
    STARTUPINFOW startup = { .cb = sizeof startup };
    PROCESS_INFORMATION process;
    if (!CreateProcessW(L"Z:\\bin\\bash", command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process)) fail("bash does not start");
}

static int status(void)
{
    for (int waited = 0; waited < PATIENCE_MS; waited += ASK_EVERY_MS) {
        int found = 125;
        FILE *ended = _wfopen(in_folder(L"script.status"), L"rb");
        if (ended) {
            if (fscanf(ended, "%d", &found) != 1) fail("a status");
            fclose(ended);
            return found;
        }
        Sleep(ASK_EVERY_MS);
    }
    fprintf(stderr, "host: no status in time\n");
    return 125;
}

int wmain(int count, wchar_t **arguments)
{
    /* Unique among processes, and among those that had the same number before. */
    swprintf(folder, MAX_PATH, L"Z:\\tmp\\lockstep-host-%lu-%lu", GetCurrentProcessId(), GetTickCount());
    if (!CreateDirectoryW(folder, NULL)) fail("a folder");
    write_script(count, arguments);
    start();
    int ended = status();
    copy_out(L"script.out", STD_OUTPUT_HANDLE);
    copy_out(L"script.err", STD_ERROR_HANDLE);
    static const wchar_t *names[] = { L"script", L"script.in", L"script.out", L"script.err", L"script.status" };
    for (int index = 0; index < 5; index++) DeleteFileW(in_folder(names[index]));
    RemoveDirectoryW(folder);
    return ended;
}
