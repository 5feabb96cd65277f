// What the test programs in C++ share.

#ifndef CLASSES_HPP
#define CLASSES_HPP

#include <iostream>
#include <pantau.hpp>
#include <type_traits>
#include <typeinfo>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::cerr << __FILE__ << ':' << __LINE__ << ": not so: " #condition "\n";              \
            std::exit(EXIT_FAILURE);                                                               \
        }                                                                                          \
    } while (0)

// That `call` throws exactly an `Exception` with `status` and a message that holds `part`.
template <typename Exception, typename Call>
void check_throws(pantau_status status, std::string_view part, Call call) {
    try {
        call();
    } catch (const Exception &error) {
        CHECK(typeid(error) == typeid(Exception));
        CHECK(error.status() == status);
        CHECK(std::string_view(error.what()).find(part) != std::string_view::npos);
        return;
    }
    CHECK(!"nothing was thrown");
}

// That `call` says that an object was moved from.
template <typename Call> void check_moved(Call call) {
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "moved from", call);
}

template <typename T> constexpr bool is_move_only() {
    return std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
           !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T>;
}

#endif
