/* A client for Windows programs under Wine: it hands its arguments to the client of this machine, which has the name of this file.
 *
 * A process of the host inherits no pipe of Wine's and gives no handle to wait for. So a script writes what it says into files, and
 * its status last. */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

static FILE *script;

static void fail(const char *what)
{
    fprintf(stderr, "host: %s: error %lu\n", what, GetLastError());
    exit(125);
}

/* A text as one word of sh. A path of the drive that is the host's root loses the drive. */
static void word(const wchar_t *text)
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

static void copy(const wchar_t *folder, const wchar_t *name, DWORD to)
{
    wchar_t path[MAX_PATH];
    swprintf(path, MAX_PATH, L"%ls\\%ls", folder, name);
    HANDLE from = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (from == INVALID_HANDLE_VALUE) return;
    char bytes[65536];
    DWORD count, written;
    while (ReadFile(from, bytes, sizeof bytes, &count, NULL) && count > 0)
        WriteFile(GetStdHandle(to), bytes, count, &written, NULL);
    CloseHandle(from);
}

int wmain(int count, wchar_t **arguments)
{
    wchar_t folder[MAX_PATH], path[MAX_PATH], command[MAX_PATH * 2], own[MAX_PATH];
    /* Unique among processes, and among those that had the same number before. */
    swprintf(folder, MAX_PATH, L"Z:\\tmp\\lockstep-host-%lu-%lu", GetCurrentProcessId(), GetTickCount());
    if (!CreateDirectoryW(folder, NULL)) fail("a folder");
    swprintf(path, MAX_PATH, L"%ls\\script", folder);
    script = _wfopen(path, L"wb");
    if (!script) fail("a script");
    fputs("exec < /dev/null\n", script);
    swprintf(path, MAX_PATH, L"%ls\\in", folder);
    if (GetFileType(GetStdHandle(STD_INPUT_HANDLE)) == FILE_TYPE_PIPE) {
        HANDLE in = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
        char bytes[65536];
        DWORD read, written;
        while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), bytes, sizeof bytes, &read, NULL) && read > 0)
            WriteFile(in, bytes, read, &written, NULL);
        CloseHandle(in);
        fputs("exec < \"$0.in\"\n", script);
    }
    GetModuleFileNameW(NULL, own, MAX_PATH);
    wchar_t *name = wcsrchr(own, L'\\') + 1;
    wchar_t *end = wcsstr(name, L"-host.exe");
    if (!end) end = wcsstr(name, L".exe");
    if (end) *end = 0;
    /* The host's own client, and not this one's neighbours. */
    word(name);
    for (int index = 1; index < count; index++) {
        fputc(' ', script);
        word(arguments[index]);
    }
    fputs(" > \"$0.out\" 2> \"$0.err\"\necho $? > \"$0.new\"\n/bin/mv \"$0.new\" \"$0.status\"\n", script);
    if (fclose(script)) fail("a script");
    swprintf(path, MAX_PATH, L"%ls\\in", folder);
    wchar_t script_in[MAX_PATH];
    swprintf(script_in, MAX_PATH, L"%ls\\script.in", folder);
    MoveFileW(path, script_in);

    swprintf(path, MAX_PATH, L"%ls/script", folder + 2);
    for (wchar_t *at = path; *at; at++)
        if (*at == L'\\') *at = L'/';
    swprintf(command, MAX_PATH * 2, L"sh %ls", path);
    STARTUPINFOW startup = { .cb = sizeof startup };
    PROCESS_INFORMATION process;
    if (!CreateProcessW(L"Z:\\bin\\sh", command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process)) fail("sh does not start");

    swprintf(path, MAX_PATH, L"%ls\\script.status", folder);
    int status = 125;
    for (;;) {
        FILE *ended = _wfopen(path, L"rb");
        if (ended) {
            if (fscanf(ended, "%d", &status) != 1) fail("a status");
            fclose(ended);
            break;
        }
        Sleep(3);
    }
    copy(folder, L"script.out", STD_OUTPUT_HANDLE);
    copy(folder, L"script.err", STD_ERROR_HANDLE);
    static const wchar_t *names[] = { L"script", L"script.in", L"script.out", L"script.err", L"script.status" };
    for (int index = 0; index < 5; index++) {
        swprintf(path, MAX_PATH, L"%ls\\%ls", folder, names[index]);
        DeleteFileW(path);
    }
    RemoveDirectoryW(folder);
    return status;
}
