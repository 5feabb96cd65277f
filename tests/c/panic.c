/* No panic leaves the library, and one does not harm it. */

#include "check.h"

/* Exported for this test alone, so no header declares it. */
pantau_status pantau_provoke_panic(void);

int main(void) {
    for (int turn = 0; turn < 3; ++turn) {
        CHECK_FAILS(PANTAU_STATUS_PANIC, "provoked", pantau_provoke_panic());
        CHECK(strcmp(pantau_status_name(PANTAU_STATUS_PANIC), "PANIC") == 0);

        pantau_cleaner *cleaner;
        pantau_text *cleaned;
        CHECK_OK(pantau_cleaner_new(PANTAU_LITERAL("id"), &cleaner));
        CHECK_OK(pantau_cleaner_clean(cleaner, PANTAU_LITERAL("Bagus!"), &cleaned));
        CHECK(strcmp(pantau_text_data(cleaned), "bagus") == 0);
        pantau_text_free(cleaned);
        pantau_cleaner_free(cleaner);
    }
    return EXIT_SUCCESS;
}
