/* The library, the header and the macros have one version; the status numbers are the agreed ones. */

#include "check.h"

int main(void) {
    char version[64];
    snprintf(version, sizeof version, "%d.%d.%d", PANTAU_VERSION_MAJOR, PANTAU_VERSION_MINOR,
             PANTAU_VERSION_PATCH);
    CHECK(strcmp(pantau_version(), version) == 0);

    static const struct {
        int number;
        const char *name;
    } statuses[] = {
        {0, "OK"},        {1, "INVALID_INPUT"}, {2, "NOT_FOUND"}, {3, "INCOMPATIBLE"},
        {4, "STORAGE"},   {5, "INFERENCE"},     {6, "BUSY"},      {7, "DEADLINE"},
        {8, "STOPPED"},   {9, "CONFLICT"},      {10, "UNREACHABLE"},
        {100, "PANIC"},   {11, "UNKNOWN"},      {-1, "UNKNOWN"},
    };
    for (size_t index = 0; index < sizeof statuses / sizeof *statuses; ++index) {
        CHECK(strcmp(pantau_status_name(statuses[index].number), statuses[index].name) == 0);
    }
    CHECK(PANTAU_STATUS_OK == 0 && PANTAU_STATUS_INVALID_INPUT == 1);
    CHECK(PANTAU_STATUS_NOT_FOUND == 2 && PANTAU_STATUS_INCOMPATIBLE == 3);
    CHECK(PANTAU_STATUS_STORAGE == 4 && PANTAU_STATUS_INFERENCE == 5);
    CHECK(PANTAU_STATUS_BUSY == 6 && PANTAU_STATUS_DEADLINE == 7);
    CHECK(PANTAU_STATUS_CONFLICT == 9 && PANTAU_STATUS_UNREACHABLE == 10);
    CHECK(PANTAU_STATUS_STOPPED == 8 && PANTAU_STATUS_PANIC == 100);
    CHECK(pantau_last_error()[0] == '\0');
    return EXIT_SUCCESS;
}
